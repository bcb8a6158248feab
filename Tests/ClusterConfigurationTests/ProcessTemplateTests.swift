import ClusterConfiguration
import Testing

struct ProcessTemplateTests {
    @Test func `names are filled in for each process`() {
        #expect(
            ProcessTemplate.expand(
                "a {{port}} {{ host }} {{socket}} {{slot}} {{id}} {b} {{x}}", port: 1, host: "h", socket: "/s", slot: 2, id: 3)
                == "a 1 h /s 2 3 {b} {{x}}")
        #expect(ProcessTemplate.expand("plain", port: 1, host: "", socket: "", slot: 0, id: 0) == "plain")
    }

    @Test(arguments: [
        ("[a, '{{prot}}']", "1:38: error: unknown name \"{{prot}}\" (did you mean \"{{port}}\"?)"),
        ("'a {{worker.slot}}'", "1:36: error: unknown name \"{{worker.slot}}\"; what can stand here: port, host, slot, id"),
        ("[a, '{{socket}}']", "1:38: error: unknown name \"{{socket}}\"; what can stand here: port, host, slot, id"),
        ("[a, '{{port']", "1:36: error: this \"{{\" is not closed by \"}}\""),
        (
            "[a, '${PORT}']",
            "1:36: error: \"${PORT}\" is replaced when the file is read: it would be the master's own; write \"{{port}}\""
        ),
        (
            "'a ${PORT:-80}'",
            "1:34: error: \"${PORT}\" is replaced when the file is read: it would be the master's own; write \"{{port}}\" or \"$PORT\""
        ),
        (
            "a, environment: {URL: 'http://x:${PORT}/'}",
            "1:63: error: \"${PORT}\" is replaced when the file is read: it would be the master's own; write \"{{port}}\""
        ),
    ])
    func `a name that means nothing to a process is refused`(text: String, complaint: String) {
        var machine = Machine()
        machine.environment = ["PORT": "1"]
        #expect(complaints("{port: 80, workers: {command: \(text)}}", on: machine) == [complaint])
    }

    @Test func `a shell's variable in a list without a shell is warned of`() {
        #expect(
            complaints("port: 80\nworkers: {command: [node, a.js, $PORT]}")
                == ["2:20: warning: a list has no shell: \"$PORT\" stays as it is; write \"{{port}}\""])
        #expect(complaints("port: 80\nworkers: {command: [/bin/sh, -c, $PORT]}").isEmpty)
        #expect(complaints("port: 80\nworkers: {command: 'a $PORT'}").isEmpty)
    }

    @Test func `with a socket there is no port`() {
        #expect(complaints("port: 80\nworkers: {bind: unix, command: 'a {{socket}} {{slot}}'}").isEmpty)
        #expect(
            complaints("port: 80\nworkers: {bind: unix, command: 'a {{port}}'}")
                == ["2:37: error: unknown name \"{{port}}\"; what can stand here: socket, slot, id"])
    }

    @Test(arguments: [
        (
            "'a ${PORT}'",
            "3:38: error: \"${PORT}\" is replaced when the file is read: it would be the master's own, and there is no other here"
        ),
        (
            "'a {{port}}'",
            "3:40: error: \"{{port}}\" cannot stand here: names are filled in for each process, and this runs before the first one"
        ),
        (
            "[a, '{{what}}']",
            "3:42: error: \"{{what}}\" cannot stand here: names are filled in for each process, and this runs before the first one"
        ),
    ])
    func `before there is a process no name stands for anything`(text: String, complaint: String) {
        var machine = Machine()
        machine.environment = ["PORT": "1"]
        #expect(complaints("port: 80\napps:\n  a: {command: [a], before_start: \(text)}\nroutes: [{app: a}]", on: machine) == [complaint])
    }

    @Test func `with a socket there is no port of the master's to write instead`() {
        var machine = Machine()
        machine.environment = ["PORT": "1"]
        #expect(
            complaints("port: 80\nworkers: {bind: unix, command: 'a ${PORT}'}", on: machine)
                == ["2:35: error: \"${PORT}\" is replaced when the file is read: it would be the master's own, and there is no other here"])
    }

    @Test func `other variables are the master's, as they should be`() {
        var machine = Machine()
        machine.environment = ["HOME": "/root"]
        #expect(configuration("port: 80\nworkers: {command: ['${HOME}/a']}", on: machine)?.workers.command == .arguments(["/root/a"]))
    }
}
