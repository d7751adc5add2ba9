import BusProbe
import EdgeAgentCore

extension Doctor.DiskFinding {
    /// What is said of it.
    var words: FindingWords {
        switch self {
        case .folder, .noFolder, .folderForbidden, .readOnly, .inMemory: folder
        case .room, .tight, .full, .noInodes: space
        case .notSeen, .inUse, .noSpool, .whole, .damaged, .unusable, .noneAside, .aside: spool
        case .disk, .worn, .spareBlocks: wear
        }
    }

    private var folder: FindingWords {
        switch self {
        case .noFolder(let folder):
            FindingWords(
                Words(en: "\(folder): there is no such folder", pt: "\(folder): a pasta não existe"),
                todo: Words(
                    en: "make it: sudo install -d -o edge-agent -g edge-agent -m 0700 \(folder)",
                    pt: "crie-a: sudo install -d -o edge-agent -g edge-agent -m 0700 \(folder)"))
        case .folderForbidden(let folder, let user):
            FindingWords(
                Words(en: "\(user) may not write to \(folder)", pt: "\(user) não pode gravar em \(folder)"),
                todo: Words(
                    en: "run the doctor with sudo; the agent's user must own it: chown edge-agent: \(folder)",
                    pt: "rode o doctor com sudo; a pasta deve ser do usuário do agente: chown edge-agent: \(folder)"))
        case .readOnly(let folder):
            FindingWords(
                Words(
                    en: "\(folder) lies on a file system that can only be read",
                    pt: "\(folder) está num sistema de arquivos somente leitura"),
                todo: Words(
                    en: "journalctl -k: after a disk fault the kernel does this; have the disk changed, then restart",
                    pt: "journalctl -k: o kernel faz isso após falha do disco; troque o disco e reinicie"))
        case .inMemory(let folder):
            FindingWords(
                Words(
                    en: "\(folder) lies in memory: a restart takes every message",
                    pt: "\(folder) está na memória: ao religar, todas as mensagens se perdem"),
                todo: Words(en: "set spool.path to a disk", pt: "ajuste spool.path para um disco"))
        case .folder(let folder):
            FindingWords(Words(en: "\(folder) can be written to", pt: "\(folder) aceita gravação"))
        default: FindingWords(Words(en: "the spool's folder", pt: "a pasta do spool"))
        }
    }

    private var space: FindingWords {
        switch self {
        case .room(let free, let maximum):
            FindingWords(
                Words(
                    en: "\(free.bytes) free, the spool needs \(maximum.bytes) at the most",
                    pt: "\(free.bytes) livres, o spool precisa de \(maximum.bytes) no máximo"))
        case .tight(let free, let reachable, let maximum):
            FindingWords(
                Words(
                    en: "\(free.bytes) free: the spool can grow to \(reachable.bytes), not to its \(maximum.bytes)",
                    pt: "\(free.bytes) livres: o spool pode crescer até \(reachable.bytes), não até \(maximum.bytes)"),
                todo: Words(
                    en: "make room, or lower spool.max_bytes; a long outage would cost the oldest messages",
                    pt: "libere espaço, ou baixe spool.max_bytes; numa queda longa as mais antigas se perdem"))
        case .full(let free, let reserve):
            FindingWords(
                Words(
                    en: "\(free.bytes) free, and spool.min_free keeps \(reserve.bytes): the spool cannot grow",
                    pt: "\(free.bytes) livres, e spool.min_free reserva \(reserve.bytes): o spool não cresce"),
                todo: Words(
                    en: "make room now: sudo journalctl --vacuum-size=50M, apt clean; never delete the spool",
                    pt: "libere espaço já: sudo journalctl --vacuum-size=50M, apt clean; nunca apague o spool"))
        default:
            FindingWords(
                Words(en: "no file can be made: no inodes are left", pt: "nenhum arquivo pode ser criado: sem inodes"),
                todo: Words(en: "delete files: df -i says where", pt: "apague arquivos: df -i diz onde"))
        }
    }

    private var spool: FindingWords {
        switch self {
        case .inUse(let process):
            FindingWords(
                Words(
                    en: "the running agent (process \(process)) has it; it was left alone",
                    pt: "o agente em execução (processo \(process)) está com ele; não foi tocado"))
        case .noSpool:
            FindingWords(
                Words(
                    en: "there is none yet; the agent makes it when it starts",
                    pt: "ainda não existe; o agente o cria ao iniciar"))
        case .whole(let waiting):
            FindingWords(
                Words(
                    en: "whole, \(waiting) messages wait; no agent runs",
                    pt: "íntegro, \(waiting) mensagens esperam; nenhum agente em execução"))
        case .damaged(let detail):
            FindingWords(
                Words(en: "damaged: \(detail)", pt: "danificado: \(detail)"),
                todo: Words(
                    en: "start the agent: it puts the file aside and saves what can be read; then see to the disk",
                    pt: "inicie o agente: ele põe o arquivo de lado e salva o que for legível; depois cuide do disco"))
        case .unusable(let fault):
            FindingWords(
                Words(en: fault.words, pt: "não pode ser usado: \(fault.words)"),
                todo: Words(
                    en: "set spool.path to another file, or mend what is said here",
                    pt: "ajuste spool.path para outro arquivo, ou corrija o que está dito aqui"))
        case .aside(let paths):
            FindingWords(
                Words(
                    en: "put aside as damaged: \(paths.joined(separator: ", "))",
                    pt: "postos de lado como danificados: \(paths.joined(separator: ", "))"),
                todo: Words(
                    en:
                        "what could be read was carried over; copy them elsewhere if wanted, then delete; mind the disk",
                    pt: "o legível já foi recuperado; copie-os se quiser, depois apague; atenção ao disco"))
        case .notSeen:
            FindingWords(
                Words(en: "not seen: this user may not look there", pt: "não visto: este usuário não pode olhar ali"))
        default: FindingWords(Words(en: "none was put aside", pt: "nenhum foi posto de lado"))
        }
    }

    private var wear: FindingWords {
        switch self {
        case .worn(let kind, let percent):
            FindingWords(
                Words(
                    en: "\(kind.name.said(in: .english)): up to \(percent) % of its life is used up",
                    pt: "\(kind.name.said(in: .portuguese)): até \(percent) % da vida útil já foi usada"),
                todo: Words(en: "plan its replacement", pt: "planeje a troca"))
        case .spareBlocks(let kind, let isUrgent):
            FindingWords(
                Words(
                    en:
                        "\(kind.name.said(in: .english)): its spare blocks are \(isUrgent ? "all but" : "mostly") used up",
                    pt:
                        "\(kind.name.said(in: .portuguese)): blocos de reserva \(isUrgent ? "praticamente" : "em boa parte") esgotados"
                ),
                todo: Words(
                    en: isUrgent ? "replace it now" : "plan its replacement",
                    pt: isUrgent ? "troque já" : "planeje a troca"))
        case .disk(.card):
            FindingWords(
                Words(
                    en: "SD card; it never tells how worn it is: an industrial card or an eMMC lasts longer",
                    pt: "cartão SD; ele não informa o desgaste: um cartão industrial ou eMMC dura mais"))
        case .disk(let kind):
            FindingWords(kind.name)
        default: FindingWords(Doctor.DiskKind.unknown.name)
        }
    }
}

extension Doctor.DiskKind {
    /// Its name.
    var name: Words {
        switch self {
        case .card: Words(en: "SD card", pt: "cartão SD")
        case .eMMC: Words(en: "eMMC, soldered", pt: "eMMC soldada")
        case .nvme: Words(en: "NVMe disk", pt: "disco NVMe")
        case .turning: Words(en: "hard disk", pt: "disco rígido")
        case .solid: Words(en: "SSD or stick", pt: "SSD ou pendrive")
        case .unknown: Words(en: "of a kind that does not tell its wear", pt: "de um tipo que não informa desgaste")
        }
    }
}
