/// What a program does instead of becoming ready, for people.
package struct StartHint: Equatable, Sendable {
    package var text: String
    /// It will not become ready by waiting.
    package var isMistake: Bool

    /// - Parameters:
    ///   - ports: those that processes of its group listen on.
    ///   - port: the one that it was given; 0 with a socket.
    ///   - socket: the path that it was given instead.
    ///   - lastLine: the last that it has said.
    package init(ports: [Int], port: Int, socket: String?, lastLine: String?) {
        let (given, variable) = socket.map { ("the socket \($0) in SOCKET", "SOCKET") } ?? ("\(port) in PORT", "PORT")
        isMistake = !ports.isEmpty && !ports.contains(port)
        if ports.contains(port) {
            text = "it listens, and its readiness probe is not answered well"
        } else if isMistake {
            let shown = ports.prefix(4).map(String.init).joined(separator: ", ")
            text = "it listens on \(shown), and was given \(given): does it read \(variable)?"
        } else {
            text = "it listens nowhere, and was given \(given)" + (lastLine.map { "; its last line: \($0.prefix(200))" } ?? "")
        }
    }
}
