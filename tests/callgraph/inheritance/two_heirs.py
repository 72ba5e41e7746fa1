# calls:
#   two_heirs -> two_heirs.Report.render
#   two_heirs.Report.render -> two_heirs.Sales.body
#   two_heirs.Report.render -> two_heirs.Stock.body

class Report:
    def render(self):
        self.body()


class Sales(Report):
    def body(self):
        pass


class Stock(Report):
    def body(self):
        pass


Sales().render()
Stock().render()
