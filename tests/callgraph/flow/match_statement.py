# calls:
#   match_statement -> match_statement.measure
#   match_statement.measure -> match_statement.Circle.area
#   match_statement.measure -> match_statement.Square.side

class Circle:
    def area(self):
        pass


class Square:
    def side(self):
        pass


def measure(shape):
    match shape:
        case Circle():
            shape.area()
        case Square() as square:
            square.side()


measure(Circle())
measure(Square())
