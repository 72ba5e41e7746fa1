# calls:
#   while_true_with_break -> while_true_with_break.attempt
#   while_true_with_break -> while_true_with_break.finish

def attempt():
    pass


def finish():
    pass


after = attempt
while True:
    after()
    after = finish
    break
after()
