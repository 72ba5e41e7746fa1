# calls:
#   on_a_method -> on_a_method.checked
#   on_a_method -> on_a_method.checked.wrapper
#   on_a_method.checked.wrapper -> on_a_method.Shop.buy
#   on_a_method.Shop.buy -> on_a_method.Shop.pay

def checked(function):
    def wrapper(self):
        return function(self)

    return wrapper


class Shop:
    @checked
    def buy(self):
        self.pay()

    def pay(self):
        pass


Shop().buy()
