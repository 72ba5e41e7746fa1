# calls:
#   keyword_only -> keyword_only.run
#   keyword_only.run -> keyword_only.leaf

def leaf():
    pass


def run(*, job):
    job()


run(job=leaf)
