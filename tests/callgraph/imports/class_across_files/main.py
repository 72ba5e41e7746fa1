# calls:
#   main -> models.Car.__init__
#   main -> models.Car.drive
#   models.Car.drive -> parts.Engine.start

from models import Car

Car().drive()
