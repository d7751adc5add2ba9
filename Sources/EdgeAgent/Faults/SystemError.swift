import Glibc

/// The system's own errors in Portuguese: those that a file or a port ends up with.
enum SystemError {
    /// The error's words and its number, which stays the same in every language.
    static func portuguese(_ code: Int32) -> String {
        let words =
            switch code {
            case ENOENT: "não existe"
            case EACCES, EPERM: "sem permissão"
            case ENOTDIR: "o caminho passa por algo que não é pasta"
            case EISDIR: "é uma pasta"
            case EROFS: "o disco está somente leitura"
            case ENOSPC, EDQUOT: "não há espaço no disco"
            case EIO: "erro de entrada e saída"
            case ELOOP: "links demais, um apontando para o outro"
            case ENAMETOOLONG: "nome comprido demais"
            case EMFILE, ENFILE: "arquivos demais abertos"
            default: "erro do sistema"
            }
        return "\(words) (errno \(code))"
    }
}
