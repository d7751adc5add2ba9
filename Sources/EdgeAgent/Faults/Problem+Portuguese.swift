import AgentConfiguration
import ModbusModel

extension ConfigurationFault.Problem {
    /// What is wrong, in Portuguese.
    var portuguese: String {
        switch self {
        case .mismatch(let found, let expected): "\(found.portuguese); aqui vai \(expected.portuguese)"
        case .emptyList(let expected): "a lista está vazia; aqui vai \(expected.portuguese)"
        case .tooMany(let items, let most): "passou do limite: no máximo \(most) \(items.portuguese)"
        case .missing(let expected): "falta esta chave; aqui vai \(expected.portuguese)"
        case .unknownKey: "chave desconhecida"
        case .keyIsNoText: "há uma lista ou um grupo de chaves no lugar de uma chave"
        case .keyTwice(let line): "a chave está repetida, aqui e na linha \(line)"
        case .taken(let what, let value, let path, let line):
            "\(what.portuguese) \(value) já está em uso por \(path), na linha \(line)"
        case .moreFaults(let count): "e mais \(count) erros daqui em diante"
        case .besideLines(let key): "\(key) não pode estar junto com lines"
        case .portAndURL: "a linha já tem port"
        case .notOverNetwork(.rs485):
            "linha pela rede não tem rs485: o próprio servidor serial comanda o transmissor dele"
        case .notOverNetwork(.baseline):
            "linha pela rede não tem baseline: a sonda só mede portas seriais"
        case .rtsNeverSwitched(let level):
            "rts_on_send e rts_after_send são ambos \(level): o transmissor nunca seria comutado"
        case .manySlaves(let count, let tested): "há \(count) escravos nesta linha, e só até \(tested) foram testados"
        case .codesWithoutProfile: "há codes, mas falta profile"
        case .nothingWanted: "nenhum valor deste escravo foi pedido"
        case .noProfile(let name): "não existe o perfil \(name)"
        case .registerTwice: "o registrador já foi informado"
        case .pointDoesNotFit(let found?, let fault): "\(found.quoted) não combina com o resto: \(fault.portuguese)"
        case .pointDoesNotFit(nil, let fault): fault.portuguese
        case .overlap(let one, let other, let line):
            "\(one.code) lê \(one.portuguese), por cima de \(other.code) (\(other.portuguese)) da linha \(line)"
        case .codeToFillIn(let code): "o código \(code) ainda falta preencher"
        case .secondBehaviour: "o ponto já tem um comportamento"
        case .windowWithoutBaseline: "há drift_window, mas falta baseline"
        case .baselineUnlike(let path, let difference):
            "\(path) não serve, e a linha fica sem vigilância: a medição foi feita \(difference.portuguese)"
        case .slaveNotWatched(let slave, let path, let wasAsked):
            "o escravo \(slave) fica sem vigilância: em \(path) ele \(wasAsked ? "não respondeu" : "não foi medido")"
        case .baselineUnusable(let path): "\(path) não pode ser usado, e a linha fica sem vigilância"
        case .moreAnswers(let answered, let asked):
            "\(answered) respostas para \(asked) perguntas (asked): não podem ser mais que as perguntas"
        case .writeAfterAlone: "só vale com durability: offline-only"
        case .file(let file, let problem): "\(file.portuguese) \(problem.portuguese)"
        case .keyOpenToAll(let path, let mode): "a chave \(path) pode ser lida por qualquer um (modo \(mode))"
        case .byteOrderMark: "o arquivo começa com uma marca BOM"
        case .notUTF8: "daqui em diante o texto não é UTF-8"
        case .forbiddenCharacter(let number): "o caractere U+\(number) não é permitido em YAML"
        case .emptyFile: "o arquivo está vazio"
        case .secondDocument: "aqui começa um segundo documento"
        case .tooDeep(let levels): "o arquivo tem mais de \(levels) níveis, um dentro do outro"
        case .tooLarge(let nodes): "o arquivo tem mais de \(nodes) chaves e valores"
        case .ornament(let kind, let name): "\(kind.portuguese)\(name): âncoras, aliases e tags não são aceitos"
        case .noMemory: "falta memória para o leitor de YAML"
        case .tab: "há um Tab onde o YAML só aceita espaços"
        case .notYAML(let problem, let context, let line):
            "isto não é YAML: " + YAMLWords.portuguese(problem, context)
                + (line.map { ", que começa na linha \($0)" } ?? "")
        }
    }
}

extension ConfigurationFault.Problem.Found {
    fileprivate var portuguese: String {
        switch self {
        case .unread: "isto não é lido"
        case .list: "uma lista não serve"
        case .mapping: "um grupo de chaves não serve"
        case .nothing(let word): word.isEmpty ? "falta o valor" : "falta o valor (\(word))"
        case .text(let text): "\"\(text)\" não serve"
        }
    }

    /// What stands there, by itself.
    fileprivate var quoted: String {
        switch self {
        case .unread, .nothing: "o valor"
        case .list: "a lista"
        case .mapping: "o grupo de chaves"
        case .text(let text): "\"\(text)\""
        }
    }
}

extension ConfigurationFault.Problem.Unique {
    fileprivate var portuguese: String {
        switch self {
        case .name: "o nome"
        case .way: "o caminho"
        case .address: "o endereço"
        case .code: "o código"
        }
    }
}

extension ConfigurationFault.Problem.Reading {
    fileprivate var portuguese: String { "\(type.rawValue) em \(address)" }
}

extension ConfigurationFault.Problem.Difference {
    fileprivate var portuguese: String {
        switch self {
        case .setting(let measured, let configured): "a \(measured), e a linha opera a \(configured)"
        case .port(let measured, let configured): "em \(measured), e a porta da linha é \(configured)"
        }
    }
}

extension ConfigurationFault.Problem.File {
    fileprivate var portuguese: String {
        switch self {
        case .configuration: "o arquivo de configuração"
        case .baseline: "o arquivo de baseline"
        case .named(let path): path
        }
    }
}

extension ConfigurationFault.Problem.FileProblem {
    fileprivate var portuguese: String {
        switch self {
        case .notOpened(let code): "não pode ser aberto: \(SystemError.portuguese(code))"
        case .notExamined(let code): "não pode ser examinado: \(SystemError.portuguese(code))"
        case .notRead(let code): "não pode ser lido: \(SystemError.portuguese(code))"
        case .folder: "é uma pasta, não um arquivo"
        case .irregular: "não é um arquivo comum"
        case .larger(let limit): "tem mais de \(limit) bytes, grande demais para uma configuração"
        }
    }
}

extension ConfigurationFault.Problem.Ornament {
    fileprivate var portuguese: String {
        switch self {
        case .anchor: "âncora &"
        case .alias: "alias *"
        case .tag: "tag "
        }
    }
}
