def big(v): return v > 3
def truthy1(v): return 1
def bad(v): raise KeyError('x')
class TestModule(object):
    def tests(self): return {'big': big, 'truthy1': truthy1, 'tbad': bad}
