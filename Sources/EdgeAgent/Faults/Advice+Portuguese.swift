import AgentConfiguration

extension ConfigurationFault.Advice {
    /// What to do, in Portuguese.
    var portuguese: String {
        switch self {
        case .write(let proposals): "escreva \(proposals.joined(separator: " ou "))"
        case .didYouMean(let word): "seria \"\(word)\"?"
        case .didYouMeanKey(let key, let valid):
            "seria \"\(key)\"? Chaves válidas: \(valid.joined(separator: ", "))"
        case .validKeys(let valid): "chaves válidas: \(valid.joined(separator: ", "))"
        case .didYouMeanProfile(let name): "seria \(name)?"
        case .lookedIn(let folders): "procurado em \(folders.joined(separator: ", "))"
        case .profileValues(let names): "valores: \(names.joined(separator: ", "))"
        case .oneOf(let keys): "use só uma destas chaves: \(keys.joined(separator: ", "))"
        case .leaveKeyOut: "apague esta chave"
        case .leaveOut: "apague-a"
        case .leaveOutForDefaults: "se os valores padrão servem, apague a chave"
        case .dashes(let items): "na lista de \(items.portuguese), cada item começa com um traço: - chave: valor"
        case .run(let command): "rode \(command)"
        case .noQuotes(let number): "números vão sem aspas: \(number)"
        case .noLeadingZero(let number): "escreva \(number): zero à esquerda significa octal para alguns programas"
        case .wholeNumber(let milliseconds): "escreva um número inteiro" + (milliseconds.map { ": \($0)ms" } ?? "")
        case .smallerUnit: "escreva um número inteiro, numa unidade menor"
        case .bareBytes(let units): "número sozinho significa bytes; as unidades são \(units)"
        case .twoSizes(let number, let binary, let two, let decimal, let ten):
            "escreva \(number)\(binary) (de \(two) bytes) ou \(number)\(decimal) (de \(ten) bytes)"
        case .units(let units): "as unidades são \(units)"
        case .oneUnit: "escreva um número com uma unidade, como 90m para 1h30m"
        case .tooLong: "tem mais de 64 caracteres"
        case .emptyText: "para um texto vazio escreva \"\""
        case .emptyUnit: "para um número sem unidade escreva unit: \"\""
        case .hasCharacters(let count): "tem \(count) caracteres"
        case .hasControl: "contém um caractere de controle"
        case .noScheme(let host): "tire o esquema: \(host)"
        case .portKey: "a porta tem chave própria: port: 8883"
        case .urlKey(let url): "URL tem chave própria: url: \(url)"
        case .networkURL: "para servidor serial ou aparelho Modbus TCP use url, como tcp://192.168.1.20:502"
        case .endpoint(let fault): fault.portuguese
        case .intoLines: "mova-a para um item de lines, ou apague lines"
        case .eitherRegister: "use ou register, ou table e address"
        case .fromZero(let number): "para endereço contado a partir de 0 escreva table: holding, address: \(number)"
        case .oneTrue: "um deve ser true e o outro false"
        case .checkCycle: "confira o tempo do ciclo e a carga do barramento, ou divida a linha em duas"
        case .nameProfile: "informe o perfil: profile: eastron/sdm120"
        case .backEndCode: "escreva o código que o sistema usa para este valor"
        case .nameBaseline: "informe o arquivo: baseline: line.json"
        case .measure(let command): "meça a linha: \(command)"
        case .writeConfiguration(let path):
            "indique o arquivo certo com --config, ou mande escrevê-lo: edge-agent probe config --output \(path)"
        case .asRoot: "tente com sudo, ou como um usuário que possa lê-lo"
        case .saveWithoutMark: "salve como UTF-8 sem BOM"
        case .saveAsUTF8: "salve o arquivo como UTF-8"
        case .removeCharacter: "apague-o, ou escreva-o como escape entre aspas duplas"
        case .leastSections: "são necessários pelo menos line, slaves e broker"
        case .oneDocument: "uma configuração é um documento só: apague a linha ---"
        case .writeOut: "escreva o valor por extenso"
        case .spaces: "recue com espaços"
        case .quotes(let character): "um texto que começa com \(character) precisa de aspas"
        }
    }
}
