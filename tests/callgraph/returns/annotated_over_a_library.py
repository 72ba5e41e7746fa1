# calls:
#   annotated_over_a_library -> annotated_over_a_library.build
#   annotated_over_a_library -> annotated_over_a_library.Store.read
#   annotated_over_a_library.build -> containers.resolve
import containers


class Store:
    def read(self):
        return 1


def build() -> Store:
    return containers.resolve("store")


build().read()
