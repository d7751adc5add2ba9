internal import ModbusModel

extension ConfigurationFault.Advice {
    /// What to do, in English.
    var english: String {
        switch self {
        case .write(let proposals): "write \(proposals.joined(separator: " or "))"
        case .didYouMean(let word): "did you mean \"\(word)\"?"
        case .didYouMeanKey(let key, let valid):
            "did you mean \"\(key)\"? Valid keys: \(valid.joined(separator: ", "))"
        case .validKeys(let valid): "valid keys: \(valid.joined(separator: ", "))"
        case .didYouMeanProfile(let name): "did you mean \(name)?"
        case .lookedIn(let folders): "looked in \(folders.joined(separator: ", "))"
        case .profileValues(let names): "values: \(names.joined(separator: ", "))"
        case .oneOf(let keys): "write one of \(keys.joined(separator: ", "))"
        case .leaveKeyOut: "leave the key out"
        case .leaveOut: "leave it out"
        case .leaveOutForDefaults: "leave the key out where every default will do"
        case .dashes(let items): "begin each of the \(items.rawValue) with a dash: - key: value"
        case .run(let command): command
        case .noQuotes(let number): "a number stands without quotes: \(number)"
        case .noLeadingZero(let number): "write \(number): a leading zero means octal to some readers"
        case .wholeNumber(let milliseconds): "write a whole number" + (milliseconds.map { ": \($0)ms" } ?? "")
        case .smallerUnit: "write a whole number, in a smaller unit"
        case .bareBytes(let units): "a number alone means bytes; the units are \(units)"
        case .twoSizes(let number, let binary, let two, let decimal, let ten):
            "write \(number)\(binary) (of \(two) bytes) or \(number)\(decimal) (of \(ten) bytes)"
        case .units(let units): "the units are \(units)"
        case .oneUnit: "write one number with one unit, such as 90m for 1h30m"
        case .tooLong: "it has more than 64 characters"
        case .emptyText: "write \"\" for an empty text"
        case .emptyUnit: "write unit: \"\" for a number without a unit"
        case .hasCharacters(let count): "it has \(count) characters"
        case .hasControl: "it holds a control character"
        case .noScheme(let host): "leave out the scheme: \(host)"
        case .portKey: "the port is a key of its own: port: 8883"
        case .urlKey(let url): "a URL has a key of its own: url: \(url)"
        case .networkURL: "a serial server or a Modbus TCP device has a url instead, such as tcp://192.168.1.20:502"
        case .endpoint(let fault): fault.description
        case .intoLines: "move it into an item of lines, or leave lines out"
        case .eitherRegister: "write either register, or table and address"
        case .fromZero(let number): "for an address that counts from 0 write table: holding, address: \(number)"
        case .oneTrue: "one of them is true and the other false"
        case .checkCycle: "check the cycle's time and the bus load, or part the line in two"
        case .nameProfile: "name the profile: profile: eastron/sdm120"
        case .backEndCode: "write the code that the back end has for this value"
        case .nameBaseline: "name the file: baseline: line.json"
        case .measure(let command): "measure the line: \(command)"
        case .writeConfiguration(let path):
            "name the right file with --config, or have it written: edge-agent probe config --output \(path)"
        case .asRoot: "try with sudo, or as a user who may read it"
        case .saveWithoutMark: "save it as UTF-8 without BOM"
        case .saveAsUTF8: "save the file as UTF-8"
        case .removeCharacter: "remove it, or write it as an escape in double quotes"
        case .leastSections: "it needs at least line, slaves and broker"
        case .oneDocument: "a configuration is one document: remove the line ---"
        case .writeOut: "write the value out"
        case .spaces: "indent with spaces"
        case .quotes(let character): "a text that begins with \(character) needs quotes"
        }
    }
}
