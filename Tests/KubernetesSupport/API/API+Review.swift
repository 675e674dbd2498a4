import JSON

extension API {
    /// What the caller may do.
    ///
    /// https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
    func review() throws(StatusFailure) -> APIReply {
        guard call.method == "POST" else { throw .methodNotAllowed }
        let body = try call.json()
        guard let sent = body.at(["spec", "resourceAttributes"])?.object else {
            throw .notInStandIn("a review of anything but resources")
        }
        let attributes = sent.filter { $0.value.string != "" }
        let text: (String) -> String = { attributes[$0]?.string ?? "" }
        let question = Access(
            verb: text("verb"),
            group: text("group"),
            resource: text("resource"),
            namespace: attributes["namespace"]?.string,
            name: text("name")
        )
        let rule = access.rule(question, by: user)
        var status: [String: JSONValue] = ["allowed": .bool(rule != nil)]
        status["reason"] = rule.map { .string($0.reason(for: user)) }
        let answer: JSONValue = [
            "kind": "SelfSubjectAccessReview",
            "apiVersion": "authorization.k8s.io/v1",
            "metadata": [:],
            "spec": ["resourceAttributes": .object(attributes)],
        ]
        let management = FieldManagement(
            manager: call.fieldManager,
            apiVersion: "authorization.k8s.io/v1",
            now: Moment.now
        )
        return .json(201, management.update(nil, to: answer).setting(["status"], .object(status)))
    }
}
