# calls:
#   generator_expression -> generator_expression.one
#   generator_expression -> generator_expression.two

def one():
    pass


def two():
    pass


for job in (j for j in [one, two]):
    job()
