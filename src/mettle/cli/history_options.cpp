#include "mettle/cli/history_options.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/cli/flags.hpp"
#include "mettle/cli/load_messages.hpp"
#include "mettle/cli/startup_errors.hpp"

#include <fmt/format.h>

#include <optional>

namespace mettle::cli {
namespace {

std::filesystem::path folder_of(const HistoryOptions& options) {
    return options.folder.empty() ? history::default_folder()
                                  : std::filesystem::path(options.folder);
}

}  // namespace

void add_history_flags(Flags& flags, HistoryOptions& options) {
    const char* group = "Results";
    flags.app()
        .add_option("--history", options.folder,
                    "folder in which each result is kept (default: ~/.local/share/mettle)")
        ->type_name("DIR")
        ->group(group);
    flags.app().add_flag("--no-history", options.off, "keep no result there")->group(group);
}

void keep_result(const HistoryOptions& options, std::string_view json) {
    const std::filesystem::path folder = folder_of(options);
    if (options.off || folder.empty()) return;
    auto store = history::Store::open(folder);
    const auto id = store ? store->add(json) : std::unexpected(store.error());
    if (id)
        say(fmt::format("kept as {} (mettle runs)", *id));
    else
        warn(fmt::format("the result was not kept: {}", id.error().message));
}

history::Store open_history(const HistoryOptions& options) {
    if (options.off) throw StartupError("--no-history: then there are no kept runs");
    const std::filesystem::path folder = folder_of(options);
    if (folder.empty())
        throw StartupError(
            "neither HOME nor XDG_DATA_HOME says where runs are kept: give --history");
    return value_or_throw(history::Store::open(folder));
}

std::vector<std::string> resolve_kept(const HistoryOptions& options,
                                      const std::vector<std::string>& names) {
    std::optional<history::Store> store;
    std::vector<std::string> files;
    for (const std::string& name : names) {
        std::error_code error;
        const bool is_id = name.starts_with('@') || (history::is_name(name) && name[0] >= '0' &&
                                                     name[0] <= '9' && !name.ends_with(".json"));
        if (std::filesystem::exists(name, error) || !is_id) {
            files.push_back(name);
            continue;
        }
        if (!store) store = open_history(options);
        for (const history::Entry& entry : value_or_throw(store->find(name)))
            files.push_back(store->file_of(entry.id).string());
    }
    return files;
}

}  // namespace mettle::cli
