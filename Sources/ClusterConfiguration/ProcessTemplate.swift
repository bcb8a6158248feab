package enum ProcessTemplate {
    package static func expand(_ text: String, port: Int, host: String, socket: String, slot: Int, id: Int) -> String { text }
}
