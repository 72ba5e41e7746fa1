# calls:
#   template_method -> template_method.Report.render
#   template_method.Report.render -> template_method.Sales.body

class Report:
    def render(self):
        self.body()

    def body(self):
        pass


class Sales(Report):
    def body(self):
        pass


Sales().render()
