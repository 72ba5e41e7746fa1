# calls:
#   main -> quick.dump
#   main -> slow.dump

try:
    from quick import dump
except ImportError:
    from slow import dump

dump()
