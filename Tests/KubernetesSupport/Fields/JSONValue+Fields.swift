import JSON

extension JSONValue {
    func value(at path: FieldPath) -> JSONValue? {
        var value = self
        for element in path.elements {
            switch element {
            case .member(let name):
                guard let member = value[name] else { return nil }
                value = member
            case .item(let name, let key):
                guard let item = value.array?.first(where: { $0[name]?.string == key }) else { return nil }
                value = item
            }
        }
        return value
    }

    /// Without a field.
    func removing(_ path: ArraySlice<FieldPath.Element>) -> JSONValue {
        guard let element = path.first else { return self }
        let isLast = path.count == 1
        switch (self, element) {
        case (.object(var members), .member(let name)):
            members[name] = isLast ? nil : members[name]?.removing(path.dropFirst())
            return .object(members)
        case (.array(let items), .item(let name, let key)):
            return .array(
                items.compactMap { item in
                    guard item[name]?.string == key else { return item }
                    return isLast ? nil : item.removing(path.dropFirst())
                }
            )
        default: return self
        }
    }

    /// With the values of an object that is applied or, by a patch, merged; null removes.
    ///
    /// The items of a list are merged by their key, if the list has one and `mergesLists` says so: that is how apply
    /// and a strategic merge patch differ from a merge patch (RFC 7396).
    func merging(_ other: JSONValue, mergesLists: Bool, _ names: [String] = []) -> JSONValue {
        switch other {
        case .object(let others):
            var members = object ?? [:]
            if FieldSchema.isAtomic(names) && mergesLists { members = [:] }
            for (name, value) in others {
                members[name] =
                    value.isNull
                    ? nil : (members[name] ?? .null).merging(value, mergesLists: mergesLists, names + [name])
            }
            return .object(members)
        case .array(let others):
            guard mergesLists, let key = FieldSchema.key(ofList: names), var items = array else { return other }
            for other in others {
                if let index = items.firstIndex(where: { $0[key] == other[key] }) {
                    items[index] = items[index].merging(other, mergesLists: true, names)
                } else {
                    items.append(other)
                }
            }
            return .array(items)
        default: return other
        }
    }
}
