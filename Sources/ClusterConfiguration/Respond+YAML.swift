internal import Routing
internal import Settings

extension Respond {
    func write(to writer: inout YAMLWriter) {
        for key in Key.allCases {
            switch key {
            case .status: writer.write(key.rawValue, status)
            case .body: writer.write(key.rawValue, text: body.text)
            case .headers:
                if !headers.isEmpty {
                    writer.section(key.rawValue) { for header in headers { $0.write(header.name, text: header.value.text) } }
                }
            case .contentType:
                // Among the headers it holds for both, and may not be given twice.
                if !headers.contains(where: { $0.name.lowercased() == "content-type" }) { writer.write(key.rawValue, text: contentType) }
            }
        }
    }
}
