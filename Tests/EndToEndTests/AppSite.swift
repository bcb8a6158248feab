import Foundation
import TestSupport
import Testing

/// A cluster with one app, `web`, in node.
struct AppSite {
    let cluster: Cluster

    /// `more` are keys of the app, `top` of the file.
    static func text(
        _ instances: Int, workers: Int = 2, _ more: String = "", top: String = "", command: String = "[node, app.js]"
    ) -> String {
        let lines = more.split(separator: "\n").map { "\n    " + $0 }.joined()
        return """
            port: <port>
            workers: \(workers)
            \(top)
            apps:
              web:
                command: \(command)
                instances: \(instances)\(lines)
            routes:
              - path: /
                app: web
            """
    }

    init(_ instances: Int, workers: Int = 2, _ more: String = "", top: String = "", isReady: Bool = true) throws {
        cluster = try Cluster.start(
            Self.text(instances, workers: workers, more, top: top), files: ["app.js": Programs.app], isReady: isReady)
    }

    var port: Int { cluster.port }
    func instances() throws -> [Status.Member] { try cluster.instances() }

    /// Until so many serve.
    @discardableResult
    func waitForReady(_ count: Int, within limit: Duration = .seconds(20), file: String = #fileID, line: Int = #line) throws
        -> [Status.Member]
    {
        try eventually(within: limit, "\(count) instances are ready", file: file, line: line) { () -> [Status.Member]? in
            let found = try instances()
            return found.count == count && found.allSatisfy { $0.state == "ready" } ? found : nil
        }
    }

    /// What requests have written down.
    func notes(_ name: String) -> [String] {
        let text = (try? String(contentsOfFile: cluster.folder[name], encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// Requests without a failure, while something is done.
    func underLoad(rate: Int = 200, _ work: () throws -> Void) throws -> Load.Report {
        let load = Load(port: port, rate: rate)
        try load.goOn(20)
        try work()
        try load.goOn(20)
        return try load.stop()
    }
}
