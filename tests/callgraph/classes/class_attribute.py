# calls:
#   class_attribute -> class_attribute.standard
#   class_attribute -> <builtin>.staticmethod

def standard():
    pass


class Job:
    run = staticmethod(standard)


Job.run()
Job().run()
