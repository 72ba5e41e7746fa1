# calls:
#   in_a_format_string -> in_a_format_string.Name.__str__

class Name:
    def __str__(self):
        return ""


f"hello {Name()}"
