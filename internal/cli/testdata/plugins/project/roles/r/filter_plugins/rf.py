class FilterModule(object):
    def filters(self): return {'rolef': lambda v: 'role '+v}
