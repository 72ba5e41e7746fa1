# calls:
#   handed_on -> handed_on.work
#   handed_on -> logging.getLogger
#   handed_on.work -> logging.getLogger.info

import logging


def work(log):
    log.info("x")


work(logging.getLogger())
