#include "mettle/inference/model_library.hpp"

#include "mettle/base/log.hpp"
#include "mettle/base/similar.hpp"
#include "mettle/inference/memory_budget.hpp"
#include "mettle/inference/version_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ranges>

namespace mettle {

namespace {

namespace fs = std::filesystem;

// A name is a folder of the repository, and no path to somewhere else.
bool is_plain_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." && !name.contains('/') &&
           !name.contains('\\') && !name.contains('\0');
}

}  // namespace

ModelLibrary::ModelLibrary(Options options, ModelFactory& factory, ModelRepository& repository)
    : options_(std::move(options)),
      factory_(factory),
      repository_(repository),
      stats_(repository.stats()) {
    stats_.budget_bytes = options_.memory_budget.value_or(0);
}

ModelLibrary::~ModelLibrary() {
    for (auto& [name, shelf] : shelves_) repository_.set(name, {}, {});
}

Result<void> ModelLibrary::look() {
    std::vector<ModelFile> all;
    for (const fs::path& source : options_.sources) {
        const auto files = find_models(source, options_.name);
        const bool empty = !files && files.error().kind == Error::Kind::not_found;
        if (empty && options_.may_be_empty && is_repository(source)) continue;
        if (!files) return std::unexpected(files.error());
        for (const ModelFile& file : *files) {
            const bool twice = std::ranges::any_of(all, [&](const ModelFile& other) {
                return other.name == file.name &&
                       (other.version == file.version || other.folder != file.folder);
            });
            if (twice)
                return fail(Error::Kind::invalid_input,
                            fmt::format("two models are named '{}' (version {}): rename a folder, "
                                        "or use --name",
                                        file.name, file.version));
            all.push_back(file);
        }
    }
    put_on_shelves(all);
    return {};
}

void ModelLibrary::put_on_shelves(const std::vector<ModelFile>& files) {
    for (auto& [name, shelf] : shelves_)
        for (auto& [number, version] : shelf.versions) ++version.looks_gone;
    for (const ModelFile& file : files) {
        Version& version = shelves_[file.name].versions[std::stol(file.version)];
        version.file = file;
        version.looks_gone = 0;
    }
}

// Whether something has changed, and nothing has since the last look.
bool ModelLibrary::has_settled(Shelf& shelf) {
    bool changed = false, settled = true;
    for (auto& [number, version] : shelf.versions) {
        if (version.looks_gone > 0) {
            changed = true;
            settled = settled && version.looks_gone > 1;
            continue;
        }
        const std::uint64_t stamp = stamp_of(version.file);
        settled = settled && stamp == version.seen;
        changed = changed || stamp != version.settled;
        version.seen = stamp;
    }
    return changed && settled;
}

void ModelLibrary::follow() {
    if (const auto looked = look(); !looked) {
        log::warning(looked.error().message);
        return;
    }
    for (const std::string& name : names()) {
        Shelf& shelf = shelves_[name];
        shelf.wanted = true;
        if (!has_settled(shelf) || shelf.evicted) continue;
        (void)apply(name, shelf, false);
        if (shelf.versions.empty()) {
            repository_.set(name, {}, {});
            shelves_.erase(name);
        }
    }
}

Result<void> ModelLibrary::load_all(OnFailure on_failure) {
    Result<void> first;
    for (const std::string& name : names()) {
        Shelf& shelf = shelves_[name];
        shelf.wanted = true;
        if (!fits(shelf)) {
            shelf.evicted = true;
            log::info(
                fmt::format("model {} is loaded when it is asked for: it does not fit into "
                            "the memory budget beside the others",
                            name));
            publish(name, shelf);
            continue;
        }
        auto loaded = apply(name, shelf, false);
        if (!loaded && on_failure == OnFailure::stop) return loaded;
        if (!loaded) log::error(loaded.error().message);
        if (!loaded && first) first = std::move(loaded);
    }
    return first;
}

Result<void> ModelLibrary::load(const std::string& name, const std::string& override_json) {
    if (!is_plain_name(name))
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' is no name of a model: models outside of the repository are "
                                "not loaded",
                                name));
    if (auto looked = look(); !looked) return looked;
    const auto found = shelves_.find(name);
    if (found == shelves_.end()) {
        const std::string similar = most_similar(name, names());
        return fail(Error::Kind::not_found,
                    fmt::format("failed to load '{}': the repository has no such model{}", name,
                                similar.empty() ? std::string()
                                                : fmt::format("; did you mean '{}'?", similar)));
    }
    Shelf& shelf = found->second;
    shelf.wanted = true;
    shelf.evicted = false;
    const bool again = !override_json.empty() || !shelf.override_json.empty();
    const std::string before = std::exchange(shelf.override_json, override_json);
    auto loaded = apply(name, shelf, again);
    if (!loaded) shelf.override_json = before;
    if (!shelf.versions.empty()) return loaded;
    shelves_.erase(found);
    return fail(Error::Kind::not_found,
                fmt::format("failed to load '{}': its files have gone", name));
}

Result<void> ModelLibrary::unload(const std::string& name) {
    const auto found = shelves_.find(name);
    if (!is_plain_name(name) || found == shelves_.end())
        return fail(Error::Kind::not_found,
                    fmt::format("failed to unload '{}': the repository has no such model", name));
    Shelf& shelf = found->second;
    shelf.wanted = shelf.evicted = false;
    shelf.override_json.clear();
    shelf.preferred.clear();
    for (auto& [number, version] : shelf.versions) {
        if (version.model) version.reason = "unloaded";
        retire(name, version);
    }
    publish(name, shelf);
    log::info(fmt::format("model {} is unloaded", name));
    return {};
}

Result<void> ModelLibrary::prefer(const std::string& name, const std::string& version) {
    const auto found = shelves_.find(name);
    const bool served = found != shelves_.end() &&
                        std::ranges::any_of(found->second.versions, [&](const auto& entry) {
                            return entry.second.model && entry.second.model->version() == version;
                        });
    if (!served)
        return fail(Error::Kind::not_found,
                    fmt::format("version {} of model '{}' is not served", version, name));
    found->second.preferred = version;
    publish(name, found->second);
    return {};
}

void ModelLibrary::bring_back(const std::string& name) {
    const auto found = shelves_.find(name);
    if (found == shelves_.end() || !found->second.evicted) return;
    found->second.evicted = false;
    if (!look() || !apply(name, found->second, false)) publish(name, found->second);
}

// New versions first, then the swap, then what is wanted no more.
Result<void> ModelLibrary::apply(const std::string& name, Shelf& shelf, bool again) {
    remove_gone(name, shelf);
    if (shelf.versions.empty()) return {};
    for (auto& [number, version] : shelf.versions) {
        version.seen = version.settled = stamp_of(version.file);
    }
    Mistakes mistakes;
    const auto config =
        read_config_of(shelf.versions.rbegin()->second.file, shelf.override_json, mistakes);
    shelf.config_reason = config ? "" : config.error().message;
    if (!config) {
        note_failure(fmt::format("model {} was not loaded: {}", name, config.error().message));
        publish(name, shelf);
        return std::unexpected(config.error());
    }
    auto outcome = load_chosen(name, shelf, *config, mistakes, again);
    shelf.labels.clear();
    for (const auto& [label, version] : config->version_labels) shelf.labels[label] = version;
    publish(name, shelf);
    return outcome;
}

Result<void> ModelLibrary::load_chosen(const std::string& name, Shelf& shelf,
                                       const ModelConfig& config, const Mistakes& mistakes,
                                       bool again) {
    std::vector<std::string> on_disk;
    for (const auto& [number, version] : shelf.versions) on_disk.push_back(fmt::to_string(number));
    const std::vector<std::string> chosen = chosen_versions(on_disk, config.versions);
    if (chosen.empty())
        return fail(Error::Kind::invalid_input,
                    fmt::format("model '{}': its version_policy chooses none of the versions {}",
                                name, fmt::join(on_disk, ", ")));
    Result<void> outcome;
    for (const std::string& number : chosen) {
        Version& version = shelf.versions[std::stol(number)];
        if (version.model && version.loaded == version.settled && !again) continue;
        Mistakes own = mistakes;
        auto loaded = load_one(name, shelf, version, config, own);
        if (!loaded && outcome) outcome = std::move(loaded);
    }
    // Where a chosen one failed, what it was to take the place of goes on answering.
    for (auto& [number, version] : shelf.versions) {
        const bool is_chosen = std::ranges::find(chosen, fmt::to_string(number)) != chosen.end();
        if (is_chosen || !outcome) continue;
        version.reason = "the version policy leaves it out";
        retire(name, version);
    }
    return outcome;
}

Result<LoadedVersion> ModelLibrary::load_within_budget(const std::string& name, const Shelf& shelf,
                                                       const Version& version,
                                                       const ModelConfig& config,
                                                       Mistakes& mistakes) {
    const bool must_take_zeros =
        std::ranges::any_of(shelf.versions | std::views::values,
                            [](const Version& other) { return other.model && other.took_zeros; });
    // What is sure beforehand is the size of the files; what it took is known afterwards.
    if (auto room = make_room(name, file_bytes_of(version.file)); !room)
        return std::unexpected(room.error());
    auto loaded = load_version(version.file, config, mistakes, factory_, must_take_zeros);
    if (!loaded) return loaded;
    if (auto room = make_room(name, loaded->bytes); !room) return std::unexpected(room.error());
    return loaded;
}

Result<void> ModelLibrary::load_one(const std::string& name, Shelf& shelf, Version& version,
                                    const ModelConfig& config, Mistakes& mistakes) {
    version.loading = true;
    publish(name, shelf);
    const TimePoint start = std::chrono::steady_clock::now();
    auto loaded = load_within_budget(name, shelf, version, config, mistakes);
    version.loading = false;
    const Duration took = std::chrono::steady_clock::now() - start;
    stats_.last_load_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    if (!loaded) {
        version.reason = fmt::format("{}{}", version.model ? "the new files were refused: " : "",
                                     loaded.error().message);
        note_failure(fmt::format(
            "model {} version {} was not loaded{}: {}", name, version.file.version,
            version.model ? ", and the one before it goes on" : "", loaded.error().message));
        return std::unexpected(loaded.error());
    }
    stats_.loaded.add();
    const bool swaps =
        std::ranges::any_of(shelf.versions | std::views::values,
                            [](const Version& other) { return other.model != nullptr; });
    if (swaps) stats_.swapped.add();
    retire(name, version);
    version.model = std::move(loaded->model);
    version.bytes = loaded->bytes;
    version.model->stats().memory_bytes = static_cast<std::int64_t>(loaded->bytes);
    version.took_zeros = loaded->took_zeros;
    version.loaded = version.settled;
    version.reason.clear();
    if (!quiet_)
        log::info(fmt::format("model {} version {} is loaded: {}, {}", name, version.file.version,
                              format_duration(took), format_size(version.bytes)));
    return {};
}

void ModelLibrary::note_failure(const std::string& message) {
    stats_.failed.add();
    if (!quiet_) log::error(message);
}

// Whether a model's files fit beside what is loaded, as far as can be known before.
bool ModelLibrary::fits(const Shelf& shelf) const {
    if (!options_.memory_budget) return true;
    std::uint64_t total = 0;
    for (const auto& [name, other] : shelves_) total += bytes_of(name);
    for (const auto& [number, version] : shelf.versions) total += file_bytes_of(version.file);
    return total <= *options_.memory_budget || total == 0;
}

// The model that is replaced counts no more, though it is there until it has drained.
Result<void> ModelLibrary::make_room(const std::string& name, std::uint64_t bytes_on_top) {
    if (!options_.memory_budget) return {};
    std::vector<MemoryUse> uses{{bytes_on_top, 0, true}};
    std::vector<std::string> names{name};
    for (const auto& [other, shelf] : shelves_) {
        MemoryUse use;
        for (const auto& [number, version] : shelf.versions) {
            if (!version.model || version.loading) continue;
            use.bytes += version.bytes;
            use.last_used_ms =
                std::max(use.last_used_ms,
                         version.model->stats().last_inference_ms.load(std::memory_order_relaxed));
        }
        use.pinned = other == name;
        if (use.bytes == 0) continue;
        uses.push_back(use);
        names.push_back(other);
    }
    if (!pinned_fit(uses, *options_.memory_budget))
        return fail(Error::Kind::unavailable,
                    fmt::format("model '{}' takes {}, and the memory budget is {}", name,
                                format_size(bytes_on_top), format_size(*options_.memory_budget)));
    for (const std::size_t index : choose_evictions(uses, *options_.memory_budget))
        evict(names[index], shelves_[names[index]]);
    return {};
}

void ModelLibrary::evict(const std::string& name, Shelf& shelf) {
    shelf.evicted = true;
    stats_.evicted.add();
    for (auto& [number, version] : shelf.versions) {
        if (version.model) version.reason = "unloaded to make room within the memory budget";
        retire(name, version);
    }
    publish(name, shelf);
    log::info(fmt::format("model {} was least recently used and has made room", name));
}

void ModelLibrary::retire(const std::string& name, Version& version) {
    if (!version.model) return;
    retired_.push_back({std::exchange(version.model, nullptr), name, version.file.version});
    version.bytes = 0;
    version.loaded = 0;
    stats_.draining = static_cast<std::int64_t>(retired_.size());
}

void ModelLibrary::remove_gone(const std::string& name, Shelf& shelf) {
    for (auto& [number, version] : shelf.versions) {
        if (version.looks_gone == 0) continue;
        log::info(fmt::format("model {} version {} has gone", name, number));
        retire(name, version);
    }
    std::erase_if(shelf.versions, [](const auto& entry) { return entry.second.looks_gone > 0; });
    if (shelf.versions.empty()) publish(name, shelf);
}

void ModelLibrary::publish(const std::string& name, const Shelf& shelf) {
    ServedVersions served;
    std::vector<VersionState> states;
    for (const auto& [number, version] : shelf.versions) {
        VersionState state{fmt::to_string(number), ModelState::unavailable, version.reason,
                           shelf.evicted};
        const bool draining = std::ranges::any_of(retired_, [&](const Retired& old) {
            return old.name == name && old.version == state.version;
        });
        if (version.model) {
            served.models.push_back(version.model);
            state.state = ModelState::ready;
        } else if (version.loading) {
            state.state = ModelState::loading;
        } else if (draining) {
            state.state = ModelState::unloading;
        }
        if (!shelf.config_reason.empty()) state.reason = shelf.config_reason;
        if (state.state == ModelState::loading) state.reason.clear();
        states.push_back(std::move(state));
    }
    served.labels = shelf.labels;
    served.preferred = shelf.preferred;
    repository_.set(name, std::move(served), std::move(states));
}

std::size_t ModelLibrary::drop_drained() {
    std::vector<std::string> changed;
    std::erase_if(retired_, [&](const Retired& old) {
        if (old.model.use_count() > 1) return false;
        changed.push_back(old.name);
        return true;
    });
    for (const std::string& name : changed)
        if (const auto shelf = shelves_.find(name); shelf != shelves_.end())
            publish(name, shelf->second);
    stats_.draining = static_cast<std::int64_t>(retired_.size());
    return retired_.size();
}

std::uint64_t ModelLibrary::bytes_of(const std::string& name) const {
    const auto found = shelves_.find(name);
    std::uint64_t bytes = 0;
    if (found != shelves_.end())
        for (const auto& [number, version] : found->second.versions)
            if (version.model) bytes += version.bytes;
    return bytes;
}

std::vector<std::string> ModelLibrary::names() const {
    const auto keys = shelves_ | std::views::keys;
    return {keys.begin(), keys.end()};
}

}  // namespace mettle
