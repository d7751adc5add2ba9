/// libyaml speaks English only; this is what it says, in Portuguese.
enum YAMLWords {
    /// What libyaml has found, and what it was reading; words that nobody knows here stay as they are.
    static func portuguese(_ problem: String?, _ context: String?) -> String {
        guard let problem else { return "a leitura parou sem dizer por quê" }
        return (problems[problem] ?? problem) + (context.map { " " + (contexts[$0] ?? "(\($0))") } ?? "")
    }

    /// What is wrong.
    static let problems = [
        "could not find expected ':'": "falta ':' depois da chave",
        "did not find expected key": "falta uma chave; confira o recuo e as aspas",
        "did not find expected '-' indicator": "falta o traço '-' de um item; confira o recuo",
        "did not find expected ',' or ']'": "falta ',' ou ']'",
        "did not find expected ',' or '}'": "falta ',' ou '}'",
        "did not find expected node content": "falta o valor",
        "did not find expected <document start>": "há texto que não pertence a nenhuma chave",
        "did not find expected comment or line break": "aqui a linha devia terminar",
        "did not find expected whitespace or line break": "falta um espaço",
        "did not find expected whitespace": "falta um espaço",
        "did not find expected alphabetic or numeric character": "falta um nome de letras e dígitos",
        "did not find expected hexdecimal number": "o escape precisa de dígitos hexadecimais",
        "did not find expected '!'": "falta '!'",
        "did not find expected tag URI": "falta o nome da tag",
        "did not find the expected '>'": "falta '>'",
        "did not find expected version number": "falta o número da versão",
        "did not find expected digit or '.' character": "falta um dígito ou '.'",
        "did not find URI escaped octet": "um escape da tag está incompleto",
        "block sequence entries are not allowed in this context": "aqui não pode haver um item '- '",
        "mapping keys are not allowed in this context": "aqui não pode haver uma chave",
        "mapping values are not allowed in this context": "aqui não pode haver ':'; confira o recuo e as aspas",
        "found character that cannot start any token": "nenhum valor começa com este caractere",
        "found unexpected ':'": "aqui não pode haver ':'",
        "found unexpected end of stream": "o arquivo termina antes de fechar as aspas",
        "found unexpected document indicator": "há --- ou ... dentro das aspas",
        "found unknown escape character": "escape desconhecido depois de \\",
        "found invalid Unicode character escape code": "o escape não é um caractere Unicode",
        "found a tab character that violates indentation": "há um Tab no recuo",
        "found a tab character where an indentation space is expected": "há um Tab no recuo",
        "found an indentation indicator equal to 0": "o recuo indicado é 0",
        "found unknown directive name": "diretiva desconhecida",
        "could not find expected directive name": "falta o nome da diretiva",
        "found unexpected non-alphabetical character": "o nome da diretiva só tem letras",
        "found extremely long version number": "o número da versão é longo demais",
        "found incompatible YAML document": "a versão de YAML não é 1.1 nem 1.2",
        "found duplicate %YAML directive": "%YAML está repetido",
        "found duplicate %TAG directive": "%TAG está repetido",
        "found undefined tag handle": "o prefixo da tag não foi definido",
        "control characters are not allowed": "há um caractere de controle",
    ]

    /// What was being read.
    static let contexts = [
        "while parsing a block mapping": "no grupo de chaves",
        "while parsing a block collection": "na lista",
        "while parsing a flow mapping": "no grupo entre { }",
        "while parsing a flow sequence": "na lista entre [ ]",
        "while parsing a block node": "no valor",
        "while parsing a flow node": "no valor",
        "while parsing a node": "no valor",
        "while parsing a tag": "na tag",
        "while parsing a tag directive": "na diretiva %TAG",
        "while parsing a %TAG directive": "na diretiva %TAG",
        "while parsing a quoted scalar": "no texto entre aspas",
        "while scanning a quoted scalar": "no texto entre aspas",
        "while scanning a plain scalar": "no texto sem aspas",
        "while scanning a block scalar": "no texto de várias linhas",
        "while scanning a simple key": "na chave",
        "while scanning a tag": "na tag",
        "while scanning a tag directive": "na diretiva %TAG",
        "while scanning a %TAG directive": "na diretiva %TAG",
        "while scanning a %YAML directive": "na diretiva %YAML",
        "while scanning a directive": "na diretiva",
        "while scanning an anchor": "na âncora",
        "while scanning an alias": "no alias",
        "while scanning for the next token": "na leitura do próximo elemento",
    ]
}
