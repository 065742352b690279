from txaio_common import Failures as AsyncioLogging
