import nosuchmodule
class FilterModule(object):
    def filters(self): return {'brk': None}
