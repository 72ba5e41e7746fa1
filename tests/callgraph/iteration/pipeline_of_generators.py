# calls:
#   pipeline_of_generators -> pipeline_of_generators.source
#   pipeline_of_generators -> pipeline_of_generators.chosen
#   pipeline_of_generators -> pipeline_of_generators.one
#   pipeline_of_generators -> pipeline_of_generators.two
#   pipeline_of_generators.chosen -> pipeline_of_generators.good

def source():
    yield one
    yield two


def chosen(jobs):
    for job in jobs:
        if good(job):
            yield job


def good(job):
    return True


def one():
    pass


def two():
    pass


for job in chosen(source()):
    job()
