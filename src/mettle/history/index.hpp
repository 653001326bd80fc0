#pragma once

// The list of kept runs in SQLite, so that a thousand files need not be read for it. Only a copy:
// what is in the files is the truth, and an index that is damaged is made anew from them.

#include "mettle/history/entry.hpp"

#include <filesystem>
#include <memory>
#include <set>

struct sqlite3;

namespace mettle::history {

class Index {
public:
    // Waits up to 5 s for others that write. In memory where the file cannot be opened or is no
    // index; `was_damaged` says so of the second. Never in WAL mode, which needs memory that all
    // users share, and a folder may lie on a network.
    explicit Index(const std::filesystem::path& file);

    // False where it could not be written, or read.
    bool put(const Entry& entry);
    bool remove(const std::string& id);
    // Newest first; without tags. Nothing where it is damaged.
    Result<std::vector<Entry>> all() const;

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };

    bool open(const std::string& file);

    std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace mettle::history
