# calls:
#   annotated_variable -> containers.resolve
#   annotated_variable -> annotated_variable.Store.read
import containers


class Store:
    def read(self):
        return 1


store: Store = containers.resolve("store")
store.read()
