/// Who leaves when there is too little room: first what was delivered and is only kept, then the oldest.
extension DiskStore {
    /// How many bytes the messages may take, and for what reason no more.
    struct RoomLimit {
        let bytes: Int
        let cause: Counters.Column
    }

    /// Up to here the spool grows even where the file system has less room than it should keep.
    static let leastBytes = 1 << 20

    /// The limit of now: where the file system has too little room, the file must not grow.
    func roomLimit(action: String) -> RoomLimit {
        guard settings.minFreeDisk > 0, let free = FileStatus.freeBytes(at: file.path), free < settings.minFreeDisk
        else { return RoomLimit(bytes: settings.maxBytes, cause: .evictedSize) }
        // A little less than the file has, so that it does not creep where the estimate is a little low.
        let size = max(Self.leastBytes, FileStatus(file.path).size * 15 / 16)
        return size < settings.maxBytes
            ? RoomLimit(bytes: size, cause: .evictedDisk) : RoomLimit(bytes: settings.maxBytes, cause: .evictedSize)
    }

    /// Lets the oldest go until so many bytes fit, and counts what the broker had still to take.
    func makeRoom(
        for bytes: Int, limit: RoomLimit, in stock: inout Stock, action: String
    ) throws(SpoolFailure) {
        while stock.estimatedBytes + bytes > limit.bytes {
            if stock.kept + stock.disposableDamaged > 0, let head = try file.oldestDisposable(action: action) {
                try remove(head, from: &stock, action: action)
            } else if stock.waiting > 0, let head = try file.oldestWaiting(after: noneWaitingUpTo, action: action) {
                try remove(head, from: &stock, action: action)
                stock.counters[limit.cause] += 1
            } else if stock.wanted > 0, let row = try file.wanted(after: 0, count: 1, action: action).rows.first,
                let head = try file.head(row.sequence, action: action)
            {
                try remove(head, from: &stock, action: action)
            } else if try !dropUndated(cause: limit.cause, from: &stock, action: action) {
                return
            }
        }
    }

    /// Lets go what is older than it may become.
    ///
    /// A clock that is not known ages nothing.
    func expire(now: Int64?, from stock: inout Stock, action: String) throws(SpoolFailure) {
        guard let now else { return }
        if let keep = settings.keepDelivered {
            try drop(olderThan: now - keep.components.seconds, from: &stock, action: action)
        }
        guard let age = settings.maxAge else { return }
        let limit = now - age.components.seconds
        while stock.waiting > 0, let head = try file.oldestWaiting(after: noneWaitingUpTo, action: action),
            head.stamp < limit
        {
            try remove(head, from: &stock, action: action)
            stock.counters[.evictedAge] += 1
        }
    }

    private func drop(olderThan limit: Int64, from stock: inout Stock, action: String) throws(SpoolFailure) {
        while stock.kept + stock.disposableDamaged > 0,
            let head = try file.oldestDisposable(action: action), head.stamp < limit
        {
            try remove(head, from: &stock, action: action)
        }
    }
}
