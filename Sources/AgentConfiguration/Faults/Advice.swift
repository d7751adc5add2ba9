public import ModbusModel

extension ConfigurationFault {
    /// What to do about a problem, as a value.
    public enum Advice: Sendable, Hashable {
        // What to write.

        /// Write one of these, which the reader made of what stands there.
        case write([String])
        /// One of the keys or words of a list was probably meant.
        case didYouMean(String)
        /// A key was probably meant; all keys.
        case didYouMeanKey(String, valid: [String])
        /// All keys.
        case validKeys([String])
        /// A profile was probably meant.
        case didYouMeanProfile(String)
        /// The folders that were searched.
        case lookedIn([String])
        /// The profile's values.
        case profileValues([String])
        /// Which of some keys may stand there together: one.
        case oneOf([String])
        /// Leave the key out.
        case leaveKeyOut
        /// Leave it out, where it stands.
        case leaveOut
        /// Leave the key out, so that the defaults hold.
        case leaveOutForDefaults
        /// Begin the items of a list with a dash.
        case dashes(Items)
        /// Run a command.
        case run(String)

        // Numbers, sizes and times.

        /// A number stands without quotes.
        case noQuotes(String)
        /// A leading zero means octal.
        case noLeadingZero(Int)
        /// A whole number; the same in milliseconds, where that is one.
        case wholeNumber(milliseconds: String?)
        /// A whole number, in a smaller unit.
        case smallerUnit
        /// A number alone means bytes; the units.
        case bareBytes(units: String)
        /// Two units of size that may have been meant.
        case twoSizes(number: String, binary: String, bytes: Int, decimal: String, decimalBytes: Int)
        /// The units.
        case units(String)
        /// One number with one unit.
        case oneUnit
        /// More than 64 characters.
        case tooLong

        // Texts.

        /// An empty text is written in quotes.
        case emptyText
        /// A number without a unit has the empty unit.
        case emptyUnit
        /// So many characters.
        case hasCharacters(Int)
        /// A control character.
        case hasControl
        /// The host without its scheme.
        case noScheme(String)
        /// The port has a key of its own.
        case portKey

        // Lines, slaves and points.

        /// A URL has a key of its own.
        case urlKey(String)
        /// A line over the network has a URL.
        case networkURL
        /// Why it is no URL.
        case endpoint(EndpointFault)
        /// Move it into an item of `lines`.
        case intoLines
        /// The register in one notation only.
        case eitherRegister
        /// For an address that counts from 0.
        case fromZero(Int)
        /// One is true and the other false.
        case oneTrue
        /// Whether the line can bear so many slaves.
        case checkCycle
        /// Name a profile.
        case nameProfile
        /// The back end's code.
        case backEndCode
        /// Name a baseline.
        case nameBaseline
        /// Measure the line, by this command.
        case measure(String)

        // Files.

        /// Name another configuration, or have this one written.
        case writeConfiguration(String)
        /// Read the file as somebody who may.
        case asRoot

        // The text itself.

        /// Save without a byte order mark.
        case saveWithoutMark
        /// Save as UTF-8.
        case saveAsUTF8
        /// Remove the character, or write it as an escape.
        case removeCharacter
        /// What a configuration needs.
        case leastSections
        /// A configuration is one document.
        case oneDocument
        /// Write the value out.
        case writeOut
        /// Indent with spaces.
        case spaces
        /// A text that begins with this character needs quotes.
        case quotes(String)
    }
}
