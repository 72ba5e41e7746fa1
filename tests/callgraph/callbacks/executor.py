# calls:
#   executor -> concurrent.futures.ThreadPoolExecutor
#   executor -> concurrent.futures.ThreadPoolExecutor.submit
#   executor -> executor.work

from concurrent.futures import ThreadPoolExecutor


def work(n):
    pass


with ThreadPoolExecutor() as pool:
    pool.submit(work, 1)
