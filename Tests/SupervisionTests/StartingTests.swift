import Supervision
import Testing
