import ArgumentParser
import BusProbe
import ModbusModel

/// The one slave that a command is about.
struct SlaveOption: ParsableArguments {
    @Option(
        name: .customLong("slave"),
        help: ArgumentHelp(
            Words(en: "The slave's address, 1 to 247.", pt: "O endereço do escravo, 1 a 247.").here,
            valueName: "address"))
    var number: Int

    /// The slave; nil only before `validate` has looked at its number.
    var address: SlaveAddress? { SlaveAddress(number) }

    func validate() throws {
        guard address != nil else {
            throw ValidationError(
                Words(en: "--slave \(number): expected 1 to 247", pt: "--slave \(number): use de 1 a 247").here)
        }
    }
}
