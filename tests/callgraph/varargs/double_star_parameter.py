# calls:
#   double_star_parameter -> double_star_parameter.run
#   double_star_parameter.run -> double_star_parameter.two

def one():
    pass


def two():
    pass


def run(**jobs):
    jobs["b"]()


run(a=one, b=two)
