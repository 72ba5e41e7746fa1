# calls:
#   enumerate_and_zip -> <builtin>.enumerate
#   enumerate_and_zip -> <builtin>.zip
#   enumerate_and_zip -> enumerate_and_zip.one
#   enumerate_and_zip -> enumerate_and_zip.two

def one():
    pass


def two():
    pass


for place, job in enumerate([one]):
    job()
for name, job in zip(["a"], [two]):
    job()
