#include "mettle/history/index.hpp"

#include <sqlite3.h>

#include <string>

namespace mettle::history {
namespace {

// One table; another version's is another table, beside it.
constexpr const char* kCreate =
    "PRAGMA journal_mode=DELETE;"
    "CREATE TABLE IF NOT EXISTS runs_1("
    "id TEXT PRIMARY KEY, verb TEXT, started TEXT, target TEXT, verdict TEXT, bytes INTEGER)";

class Statement {
public:
    Statement(sqlite3* database, const char* sql) {
        if (sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) != SQLITE_OK)
            statement_ = nullptr;
    }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement() { sqlite3_finalize(statement_); }

    void bind(int place, const std::string& text) {
        sqlite3_bind_text(statement_, place, text.data(), static_cast<int>(text.size()),
                          SQLITE_TRANSIENT);
    }
    void bind(int place, std::uint64_t number) {
        sqlite3_bind_int64(statement_, place, static_cast<sqlite3_int64>(number));
    }
    int step() { return statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_); }
    std::string text(int column) const {
        const auto* bytes = sqlite3_column_text(statement_, column);
        return bytes == nullptr ? "" : reinterpret_cast<const char*>(bytes);
    }
    std::uint64_t number(int column) const {
        return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
    }

private:
    sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

void Index::Close::operator()(sqlite3* database) const {
    sqlite3_close(database);
}

Index::Index(const std::filesystem::path& file) {
    if (open(file.string())) return;
    // Whoever else has it open keeps the old file until he closes it.
    std::error_code error;
    std::filesystem::remove(file, error);
    if (open(file.string())) return;
    open(":memory:");
}

bool Index::open(const std::string& file) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open(file.c_str(), &opened);
    database_.reset(opened);
    if (code != SQLITE_OK) return false;
    sqlite3_busy_timeout(opened, 5000);
    if (sqlite3_exec(opened, kCreate, nullptr, nullptr, nullptr) != SQLITE_OK) return false;
    return all().has_value();
}

bool Index::put(const Entry& entry) {
    Statement insert(database_.get(), "INSERT OR REPLACE INTO runs_1 VALUES(?,?,?,?,?,?)");
    insert.bind(1, entry.id);
    insert.bind(2, entry.verb);
    insert.bind(3, entry.started);
    insert.bind(4, entry.target);
    insert.bind(5, entry.verdict);
    insert.bind(6, entry.bytes);
    return insert.step() == SQLITE_DONE;
}

bool Index::remove(const std::string& id) {
    Statement erase(database_.get(), "DELETE FROM runs_1 WHERE id=?");
    erase.bind(1, id);
    return erase.step() == SQLITE_DONE;
}

Result<std::vector<Entry>> Index::all() const {
    Statement select(database_.get(),
                     "SELECT id, verb, started, target, verdict, bytes FROM runs_1 "
                     "ORDER BY started DESC, id DESC");
    std::vector<Entry> entries;
    int code = select.step();
    for (; code == SQLITE_ROW; code = select.step())
        entries.push_back({select.text(0),
                           select.text(1),
                           select.text(2),
                           select.text(3),
                           select.text(4),
                           select.number(5),
                           {}});
    if (code != SQLITE_DONE) return fail(Error::Kind::invalid_input, "the index is damaged");
    return entries;
}

}  // namespace mettle::history
