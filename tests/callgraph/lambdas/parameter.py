# calls:
#   parameter -> parameter.<lambda1>
#   parameter.<lambda1> -> parameter.one

def one():
    pass


call = lambda job: job()
call(one)
