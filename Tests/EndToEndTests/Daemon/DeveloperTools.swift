import CurlTransport
import Foundation
import JSON
import Testing

/// A tab of a browser, worked by its developer tools: the DevTools protocol over a WebSocket (RFC 6455), of which this
/// is as much as it takes.
actor DeveloperTools {
    private let client: RawClient
    /// Bytes that were taken from the client's.
    private var taken = 0
    private var number = 0
    /// What the tab told by itself.
    private(set) var events: [JSONValue] = []

    /// Opens a page in a tab of its own, and waits until it is loaded.
    ///
    /// - Parameters:
    ///   - port: the browser's, for its developer tools.
    ///   - runsScripts: whether JavaScript is on.
    init(opening url: String, port: Int, runsScripts: Bool = true) async throws {
        var configuration = TransportConfiguration()
        configuration.proxy = .none
        let transport = try CurlTransport(configuration: configuration)
        let answer = try await transport.send(HTTPRequest("PUT", "http://127.0.0.1:\(port)/json/new?about:blank"))
        let address = try JSONValue(parsing: answer.body)["webSocketDebuggerUrl"]?.string ?? ""
        let path = "/" + address.split(separator: "/").dropFirst(2).joined(separator: "/")
        client = try RawClient(port: port)
        try await client.send(
            """
            GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(Data((0..<16).map { UInt8($0) }).base64EncodedString())\r\n\r\n
            """
        )
        let end = Array("\r\n\r\n".utf8)
        let head = try await client.receive { $0.firstRange(of: end) != nil }
        try #require(head.hasPrefix("HTTP/1.1 101"), "\(head)")
        taken = head.utf8.firstRange(of: end)?.upperBound.utf16Offset(in: head) ?? 0
        for domain in ["Page", "Runtime", "Log"] { try await call("\(domain).enable") }
        try await call("Emulation.setScriptExecutionDisabled", ["value": .bool(!runsScripts)])
        try await call("Page.navigate", ["url": .string(url)])
        while !events.contains(where: { $0["method"] == "Page.loadEventFired" }) {
            events.append(try await nextMessage())
        }
    }

    /// The page as it is now.
    var visit: Browser.Visit {
        get async throws {
            let document = try await call("DOM.getDocument")["root"]?["nodeId"] ?? .null
            let html = try await call("DOM.getOuterHTML", ["nodeId": document])["outerHTML"]?.string ?? ""
            return Browser.Visit(dom: html, console: console.map { "\($0)" })
        }
    }

    /// Errors and warnings of the console, and whatever else it says.
    var console: [JSONValue] {
        events.filter { event in
            let method = event["method"]?.string
            return method == "Log.entryAdded" || method == "Runtime.consoleAPICalled"
                || method == "Runtime.exceptionThrown"
        }
    }

    /// Evaluates an expression of JavaScript in the page.
    func evaluate(_ expression: String) async throws -> JSONValue {
        let result = try await call("Runtime.evaluate", ["expression": .string(expression), "returnByValue": true])
        return result["result"]?["value"] ?? .null
    }

    @discardableResult
    func call(_ method: String, _ parameters: JSONValue = [:]) async throws -> JSONValue {
        number += 1
        let message: JSONValue = ["id": .integer(number), "method": .string(method), "params": parameters]
        try await client.send(Self.frame(message.serialized()))
        while true {
            let answer = try await nextMessage()
            guard answer["id"]?.integer == number else {
                events.append(answer)
                continue
            }
            try #require(answer["error"] == nil, "\(answer)")
            return answer["result"] ?? .null
        }
    }

    // MARK: - Frames

    /// A text in one frame, masked, by zeros, as a client has to.
    private static func frame(_ text: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = [0x81]
        if text.count < 126 {
            frame.append(0x80 | UInt8(text.count))
        } else {
            frame += [0x80 | 126, UInt8(text.count >> 8 & 0xff), UInt8(text.count & 0xff)]
        }
        return frame + [0, 0, 0, 0] + text
    }

    private func nextMessage() async throws -> JSONValue {
        var text: [UInt8] = []
        while true {
            let head = try await take(2)
            var count = Int(head[1] & 0x7f)
            if count > 125 { count = try await take(count == 126 ? 2 : 8).reduce(0) { $0 << 8 | Int($1) } }
            text += try await take(count)
            if head[0] & 0x80 != 0 { return try JSONValue(parsing: text) }
        }
    }

    private func take(_ count: Int) async throws -> [UInt8] {
        let end = taken + count
        try await client.receive { $0.count >= end }
        let bytes = await client.received
        try #require(bytes.count >= end, "the browser is gone")
        defer { taken = end }
        return Array(bytes[taken..<end])
    }
}
