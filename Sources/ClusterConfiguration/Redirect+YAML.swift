internal import Routing
internal import Settings

extension Redirect {
    func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .to: writer.write(key.rawValue, text: target.text)
            case .status: writer.write(key.rawValue, status)
            }
        }
    }
}
