#include "mettle/host/limits.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <unistd.h>

namespace mettle::host {
namespace {

TEST(Limits, RaisesTheDescriptorLimitToItsHardValue) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit lowered{before.rlim_max / 2, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
    EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
    EXPECT_EQ(raise_descriptor_limit(), before.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(Limits, OfAnotherProcessAreReadAndNobodysAreNot) {
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    EXPECT_EQ(descriptor_limit_of(::getpid()), limit.rlim_cur);
    EXPECT_FALSE(descriptor_limit_of(1 << 30));
}

}  // namespace
}  // namespace mettle::host
