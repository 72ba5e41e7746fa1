# calls:
#   builtin -> <builtin>.len
#   builtin -> <builtin>.print

total = len([1, 2])
print(total)
