/// A report for people.
extension CrashReport {
    package var text: String {
        var lines = ["\(exit.at.onOneLine)  \(group.onOneLine) \(slot), number \(id): \(exit.reason.onOneLine)"]
        var facts: [String] = []
        if let code = exit.code { facts.append("status \(code)") }
        if let signal = exit.signal { facts.append("signal \(signal)\(exit.core ? ", core written" : "")") }
        facts.append("after \(Measures.duration(seconds: exit.uptimeSeconds))")
        if let memory = exit.memoryBytes { facts.append("\(Measures.size(bytes: memory)) at most") }
        lines.append("  " + facts.joined(separator: ", "))
        for request in exit.requests {
            lines.append(
                "  request \(request.id.onOneLine): \(request.method.onOneLine) \(request.path.onOneLine), under way for "
                    + "\(Measures.duration(seconds: request.ageSeconds)), \(request.bytesSent) bytes of its answer sent")
        }
        for line in exit.kernel { lines.append("  kernel | \(line.onOneLine)") }
        for line in exit.stderr { lines.append("  stderr | \(line.onOneLine)") }
        return lines.joined(separator: "\n") + "\n"
    }
}
