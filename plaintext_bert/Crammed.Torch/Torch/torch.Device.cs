namespace TorchSharp;

public static partial class torch
{
    /// <summary>The CPU.</summary>
    public static Device CPU = new(DeviceType.CPU);

    /// <summary>A device by its description, "cpu".</summary>
    /// <exception cref="InvalidOperationException">The device is not the CPU.</exception>
    public static Device device(string description) => RequireCpu(new Device(description));

    /// <summary>A device by its kind.</summary>
    /// <exception cref="InvalidOperationException">The device is not the CPU.</exception>
    public static Device device(DeviceType deviceType, int index = -1) => RequireCpu(new Device(deviceType, index));

    /// <summary>Accepts the CPU, and null for it.</summary>
    internal static Device RequireCpu(Device? device) => device is null or { type: DeviceType.CPU }
        ? device ?? CPU
        : throw new InvalidOperationException($"Torch device type {device.type} did not initialise on the current machine: " +
            "this build of Crammed.Torch is for the CPU.");

    /// <summary>Where a tensor lies.</summary>
    public class Device
    {
        /// <summary>A device from "type" or "type:index".</summary>
        public Device(string description)
        {
            var parts = description.Split(':', 2);
            type = Enum.Parse<DeviceType>(parts[0], ignoreCase: true);
            index = parts.Length == 2 ? int.Parse(parts[1]) : -1;
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        public DeviceType type { get; private set; }

        public int index { get; private set; }

        public override string ToString()
        {
            var name = type.ToString().ToLowerInvariant();
            return type == DeviceType.CPU || index == -1 ? name : $"{name}:{index}";
        }
    }
}
