# calls:
#   passed -> passed.apply
#   passed.apply -> passed.<lambda1>

def apply(function):
    function(1)


apply(lambda x: x)
