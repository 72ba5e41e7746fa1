class Engine:
    def start(self):
        pass
