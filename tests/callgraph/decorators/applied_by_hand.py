# calls:
#   applied_by_hand -> applied_by_hand.loud
#   applied_by_hand -> applied_by_hand.loud.wrapper
#   applied_by_hand.loud.wrapper -> applied_by_hand.speak

def loud(function):
    def wrapper():
        function()

    return wrapper


def speak():
    pass


speak = loud(speak)
speak()
